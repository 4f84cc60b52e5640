#include "orien_plugin.h"
