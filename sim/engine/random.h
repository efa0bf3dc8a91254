/* engine/random: Philox as a generator of GSL's. Includes engine/philox only. */
#ifndef NINES_ENGINE_RANDOM_H
#define NINES_ENGINE_RANDOM_H

#include <gsl/gsl_rng.h>

const gsl_rng_type *random_gsl_type(void);

#endif
