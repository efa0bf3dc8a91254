/* base/nearest: the name that somebody may have meant. Includes nothing of ours. */
#ifndef NINES_BASE_NEAREST_H
#define NINES_BASE_NEAREST_H

int         nearest_distance(const char *one, const char *other);
const char *nearest_name(const char *text, const char *const *names, int n_names);

#endif
