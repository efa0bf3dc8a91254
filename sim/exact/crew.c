/*
 * Threads that share out the parts of one task after another.
 *
 * An iteration is a thousand short tasks in a row, each of which needs the one before. OpenMP's threads meet at the end
 * of each: if another program has one of the cores, all wait, and wait busily, for the one thread that does not run. We
 * measured four times the time of a single thread. Here whoever is awake takes the next part, a thread that comes too
 * late finds nothing to do and is waited for by nobody, and those that wait sleep.
 *
 * Cost: two locks a part, so a part should take 10 microseconds or more; waking a thread takes some 50.
 */
#include "exact/crew.h"

#include "base/memory.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

struct crew {
    pthread_mutex_t lock;
    pthread_cond_t  called, done;
    pthread_t      *helpers;
    int             n_helpers;
    bool            leaving;
    crew_work      *work;
    void           *context;
    int             next, parts, left; /* the part to be taken next, of how many, and those not done yet */
};

/* Does parts of the present task until none is left to be taken. Called with the lock held, and returns with it. */
static void take_parts(struct crew *crew)
{
    while (crew->next < crew->parts) {
        int part = crew->next++;
        crew_work *work = crew->work;
        void *context = crew->context;
        pthread_mutex_unlock(&crew->lock);
        work(context, part);
        pthread_mutex_lock(&crew->lock);
        if (--crew->left == 0)
            pthread_cond_signal(&crew->done);
    }
}

static void *help(void *argument)
{
    struct crew *crew = argument;
    pthread_mutex_lock(&crew->lock);
    while (!crew->leaving) {
        take_parts(crew);
        if (!crew->leaving)
            pthread_cond_wait(&crew->called, &crew->lock);
    }
    pthread_mutex_unlock(&crew->lock);
    return NULL;
}

/* A crew of so many threads, 1 or more, the caller's among them; fewer if the system has no more. */
struct crew *crew_new(int threads)
{
    struct crew *crew = memory_new(1, sizeof *crew);
    pthread_mutex_init(&crew->lock, NULL);
    pthread_cond_init(&crew->called, NULL);
    pthread_cond_init(&crew->done, NULL);
    crew->helpers = memory_new((size_t)threads, sizeof *crew->helpers);
    while (crew->n_helpers < threads - 1 && !pthread_create(&crew->helpers[crew->n_helpers], NULL, help, crew))
        crew->n_helpers++;
    return crew;
}

/* Sends the threads away. */
void crew_free(struct crew *crew)
{
    pthread_mutex_lock(&crew->lock);
    crew->leaving = true;
    pthread_cond_broadcast(&crew->called);
    pthread_mutex_unlock(&crew->lock);
    for (int i = 0; i < crew->n_helpers; i++)
        pthread_join(crew->helpers[i], NULL);
    pthread_mutex_destroy(&crew->lock);
    pthread_cond_destroy(&crew->called);
    pthread_cond_destroy(&crew->done);
    free(crew->helpers);
    free(crew);
}

/* Does all parts of a task, and returns when they are done. One part is done at once, by the caller. */
void crew_run(struct crew *crew, crew_work *work, void *context, int parts)
{
    if (parts <= 1 || crew->n_helpers == 0) {
        for (int part = 0; part < parts; part++)
            work(context, part);
        return;
    }
    pthread_mutex_lock(&crew->lock);
    crew->work = work;
    crew->context = context;
    crew->next = 0;
    crew->parts = crew->left = parts;
    pthread_cond_broadcast(&crew->called);
    take_parts(crew);
    while (crew->left > 0)
        pthread_cond_wait(&crew->done, &crew->lock);
    pthread_mutex_unlock(&crew->lock);
}
