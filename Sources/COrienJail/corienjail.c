#include "corienjail.h"
