/* exact/crew: threads that share out the parts of one task after another. Includes base/memory. */
#ifndef NINES_EXACT_CREW_H
#define NINES_EXACT_CREW_H

struct crew;

/* Does one part of a task; parts run at the same time, in any order. */
typedef void crew_work(void *context, int part);

struct crew *crew_new(int threads);
void crew_free(struct crew *crew);
void crew_run(struct crew *crew, crew_work *work, void *context, int parts);

#endif
