/* Threads for the kernels: started once, asleep between calls, and forgotten after a fork.

This is not OpenMP, whose threads spin idly for milliseconds when BLAS needs the cores next, and which cannot fork safely
once it has been used. A worker here spins for a tenth of a millisecond, which saves consecutive kernels the time to wake
it, and then sleeps. Workers take chunks from a counter, so a core that other programs slow down takes fewer. */

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>

#include "kernel.h"

#define MAX_THREADS 64
#define TURNS 12000 /* about a tenth of a millisecond */

#if defined(__x86_64__) || defined(__i386__)
#define PAUSE() __builtin_ia32_pause()
#else
#define PAUSE() ((void)0)
#endif

/* The state of the pool: the number of the current job, whether it is closed, and how many workers have joined it. */
#define JOB ((uint64_t)1 << 32)
#define CLOSED ((uint64_t)1 << 31)
#define AT_WORK(state) ((state) & (CLOSED - 1))

static struct {
    pthread_mutex_t in_use; /* held by the caller of the current job */
    pthread_mutex_t lock;   /* guards asleep; with wake */
    pthread_cond_t wake;
    int workers;            /* threads started, besides the caller's */
    int asleep;
    _Atomic uint64_t state;
    _Atomic ptrdiff_t next;  /* the first index that no thread has taken */
    work_t work;
    void *task;
    ptrdiff_t count, grain;
    int threads;            /* workers with higher numbers take no chunks */
    uint64_t hired_at[MAX_THREADS]; /* the latest job when the worker was started */
} pool = {.in_use = PTHREAD_MUTEX_INITIALIZER, .lock = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER,
          .state = CLOSED};

static void take_chunks(ptrdiff_t thread) {
    for (;;) {
        ptrdiff_t start = atomic_fetch_add(&pool.next, pool.grain);
        if (start >= pool.count)
            return;
        ptrdiff_t stop = start + pool.grain < pool.count ? start + pool.grain : pool.count;
        pool.work(pool.task, thread, start, stop);
    }
}

static uint64_t present_job(void) { return atomic_load(&pool.state) / JOB; }

/* Join the job if it is still open, so that its caller waits for this worker. Return whether it was open. */
static int join(uint64_t job) {
    uint64_t state = atomic_load(&pool.state);
    while (state / JOB == job && !(state & CLOSED))
        if (atomic_compare_exchange_weak(&pool.state, &state, state + 1))
            return 1;
    return 0;
}

static void *worker(void *number) {
    ptrdiff_t thread = (ptrdiff_t)number;
    uint64_t seen = pool.hired_at[thread];
    for (;;) {
        for (int turn = 0; turn < TURNS && present_job() == seen; turn++)
            PAUSE();
        if (present_job() == seen) {
            pthread_mutex_lock(&pool.lock);
            pool.asleep++;
            while (present_job() == seen)
                pthread_cond_wait(&pool.wake, &pool.lock);
            pool.asleep--;
            pthread_mutex_unlock(&pool.lock);
        }
        seen = present_job();
        if (join(seen)) {
            if (thread < pool.threads)
                take_chunks(thread);
            atomic_fetch_sub(&pool.state, 1);
        }
    }
    return NULL;
}

/* Reset the pool in a child process, where only the thread that forked exists. */
static void forget_workers(void) {
    static const pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    static const pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
    pool.in_use = pool.lock = mutex;
    pool.wake = condition;
    pool.workers = pool.asleep = 0;
    atomic_store(&pool.state, CLOSED);
}

/* Start workers until there are `threads` threads including the caller, or the system refuses to start more. */
static void hire(int threads) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* so that the main thread gets the signals */
    while (pool.workers < threads - 1) {
        pthread_t id;
        pthread_attr_t attributes;
        pool.hired_at[pool.workers + 1] = present_job();
        pthread_attr_init(&attributes);
        pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
        int failed = pthread_create(&id, &attributes, worker, (void *)(ptrdiff_t)(pool.workers + 1));
        pthread_attr_destroy(&attributes);
        if (failed)
            break;
        pool.workers++;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void run_in_parallel(work_t work, void *task, ptrdiff_t count, ptrdiff_t grain, int threads) {
    /* while the pool works for another thread, this thread does its job alone */
    if (threads < 2 || grain >= count || pthread_mutex_trylock(&pool.in_use) != 0) {
        for (ptrdiff_t start = 0; start < count; start += grain)
            work(task, 0, start, start + grain < count ? start + grain : count);
        return;
    }
    if (pool.workers < threads - 1)
        hire(threads);
    pool.work = work;
    pool.task = task;
    pool.count = count;
    pool.grain = grain;
    pool.threads = threads;
    atomic_store(&pool.next, 0);
    atomic_store(&pool.state, (present_job() + 1) * JOB);
    pthread_mutex_lock(&pool.lock);
    if (pool.asleep)
        pthread_cond_broadcast(&pool.wake);
    pthread_mutex_unlock(&pool.lock);
    take_chunks(0);
    /* do not wait for a worker that has not joined by now, on a busy computer */
    atomic_fetch_or(&pool.state, CLOSED);
    for (int turn = 0; AT_WORK(atomic_load(&pool.state)) > 0; turn++)
        if (turn < TURNS)
            PAUSE();
        else
            sched_yield();
    pthread_mutex_unlock(&pool.in_use);
}
