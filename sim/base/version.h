/* base/version: the version of the program, as results, help and the manual name it. Includes nothing of ours. */
#ifndef NINES_BASE_VERSION_H
#define NINES_BASE_VERSION_H

#define NINES_VERSION "0.1.0"

#endif
