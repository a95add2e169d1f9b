#include "sortie/error.hpp"
