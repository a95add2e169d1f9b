#include "../sortie.h"
