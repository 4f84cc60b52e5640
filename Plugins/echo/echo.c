#include "orien_plugin.h"
const orien_plugin *orien_plugin_v1(void) { return 0; }
