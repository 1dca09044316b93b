/*
 * The protocol between controllers and one agent: two steps of one turn, two attempts of each.
 * Every transition names the function it stands for. docs/model/README.md says what is left out.
 *
 * One atomic block is one call of decide with its append and evolve. What goes out afterwards is a
 * block of its own, so that a crash or a long sleep fits between the two.
 */

#ifndef TERMS
#define TERMS 2 /* controllers that ever start: the first, its restarts, the one that takes over */
#endif
#ifndef KILLS
#define KILLS 0 /* ends of the agent's process at any point */
#endif
#ifndef REBOOTS
#define REBOOTS 0 /* ends of the whole host, its keepers included */
#endif
#ifndef LOSSES
#define LOSSES 0 /* messages lost */
#endif
#ifndef COPIES
#define COPIES 0 /* messages that come twice */
#endif
#ifndef WAY
#define WAY 1 /* messages under way at once, each way */
#endif
#ifndef BREAKS
#define BREAKS 0 /* streams that break by themselves */
#endif

/* A task is a number: step * 2 + attempt - 1. */
#define STEP(t) ((t) / 2)
#define ATTEMPT(t) ((t) % 2 + 1)
#define TASK(s, a) ((s) * 2 + (a) - 1)

/* core::StepState; a step whose turn has failed pauses the upgrade (pause_on_failures). */
#define PENDING 0
#define IN_FLIGHT 1 /* Dispatched or Running: what differs is told to people only. */
#define SUCCEEDED 2
#define FAILED 3

/* Facts of the controller's journal. */
#define STEP_DISPATCHED 1
#define STEP_SUCCEEDED 2
#define STEP_FAILED 3
#define RETRY_PLANNED 4

/* agent::TaskState */
#define UNKNOWN 0
#define QUEUED 1
#define ACTIVE 2
#define CANCELLING 3
#define ENDED 4
#define ACKED 5

/* core::TaskOutcome; a refusal is a failure here. */
#define SUCCESS 0
#define FAILURE 1
#define ACCEPTED 2 /* A report only: the agent has the task, and it has not ended. */

/* A kept command: its slot's folder. */
#define NO_SLOT 0
#define SLOT 1
#define BEGUN 2
#define OVER 3
#define CUT_OFF 4 /* Ended by a reboot, or its mark taken before it began: it never will. */

/* ---- what lasts -------------------------------------------------------------------------------- */

/* A journal is kept as what its facts fold to, behind the two controllers' memories: a list of facts
 * would only tell apart states that behave alike. With OWN_JOURNALS the second controller starts on
 * a copy and the first goes on with its own. */
#ifdef OWN_JOURNALS
#define J(c) (c)
#else
#define J(c) 0
#endif
#define JOURNAL(c) (2 + J(c))
byte term_of[2];


/* The agent's journal: what its facts fold to. */
byte kept_state[4], kept_outcome[4], kept_epoch;

/* The host. */
byte slot[4];
byte keepers[4];   /* Spawned, and not yet past mark_started. */

/* ---- the wires --------------------------------------------------------------------------------- */

/* A set bit is a message under way; which comes next is open, so they overtake each other. */
int down[4]; /* By term: task 0-3, cancel 4-7, ack 8-11, welcome 12. */
short up[8]; /* By controller * 4 + the epoch that the report carries: outcome * 4 + task. */
byte down_count, up_count; /* Under way each way; bounded by WAY, or there is no end of orders. */
byte stream; /* The controller that the agent's stream leads to, plus 1; 0: none. */

inline put_down(c, e, msg) {
  if
  :: stream == c + 1 && ((down[e] >> (msg)) & 1) == 0 ->
     down[e] = down[e] | (1 << (msg)); down_count++
  :: else /* no stream leads there: lost; or it is under way already */
  fi
}
inline take_off_down(e, msg) { down[e] = down[e] & ~(1 << (msg)); down_count-- }
inline put_up(i, msg) {
  if
  :: ((up[i] >> (msg)) & 1) == 0 && up_count < WAY -> up[i] = up[i] | (1 << (msg)); up_count++
  :: else /* lost; it is sent again */
  fi
}
inline take_off_up(i, msg) { up[i] = up[i] & ~(1 << (msg)); up_count-- }
/* What was under way to a controller is lost; up_count is what is left for the other one. */
inline cut_up(c) {
  d_step {
    up[(c) * 4] = 0; up[(c) * 4 + 1] = 0; up[(c) * 4 + 2] = 0; up[(c) * 4 + 3] = 0;
    up_count = 0; cut_i = 0;
    do
    :: cut_i < 96 -> up_count = up_count + ((up[cut_i / 12] >> (cut_i % 12)) & 1); cut_i++
    :: else -> break
    od;
    cut_i = 0
  }
}
#define ROOM (down_count < WAY)

byte cut_i;
byte losses = LOSSES, copies = COPIES, breaks = BREAKS, kills = KILLS, reboots = REBOOTS;
byte starts = 0;

/* ---- witnesses; no transition reads them --------------------------------------------------------- */

bool done_once[4]; /* The attempt's effect has begun. */
byte never_came;   /* Bit of a task of which the agent said that it was cancelled before it came. */
byte obeyed; /* The highest term whose word the agent ever took. */

/* ---- a controller --------------------------------------------------------------------------------- */

bool up_now[2];
bool behind[2]; /* Somebody else has written since it last read the journal. */
byte my_term[2];
/* By memory or journal: * 2 + step. */
byte step_state[8], attempt[8];
bool turn_failed[4];
/* Decided and durable, still to be sent: bit of the message + 1. */
byte due_task[2], due_cancel[2];
byte due_answer[2], answer_epoch[2]; /* To a report, in the term that it carries: ack or cancel. */
#define AT(c, s) ((c) * 2 + (s))

/* evolve; a fact that the table does not allow aborts there (move_state). */
inline apply(where, kind, t) {
  assert(kind != STEP_DISPATCHED || step_state[AT(where, STEP(t))] == PENDING);
  assert(kind != STEP_FAILED || step_state[AT(where, STEP(t))] == IN_FLIGHT);
  assert(kind != RETRY_PLANNED || step_state[AT(where, STEP(t))] == FAILED);
  if
  :: kind == STEP_DISPATCHED ->
     step_state[AT(where, STEP(t))] = IN_FLIGHT; attempt[AT(where, STEP(t))] = ATTEMPT(t)
  :: kind == STEP_SUCCEEDED ->
     step_state[AT(where, STEP(t))] = SUCCEEDED; turn_failed[where] = false
  :: kind == STEP_FAILED -> step_state[AT(where, STEP(t))] = FAILED; turn_failed[where] = true
  :: kind == RETRY_PLANNED -> step_state[AT(where, STEP(t))] = PENDING; turn_failed[where] = false
  fi
}

/* Promise 6: what a controller knows is what its journal folds to. */
inline check_fold(c) {
  assert(behind[c] || (step_state[AT(JOURNAL(c), 0)] == step_state[AT(c, 0)] &&
                       step_state[AT(JOURNAL(c), 1)] == step_state[AT(c, 1)] &&
                       attempt[AT(JOURNAL(c), 0)] == attempt[AT(c, 0)] &&
                       attempt[AT(JOURNAL(c), 1)] == attempt[AT(c, 1)] &&
                       turn_failed[JOURNAL(c)] == turn_failed[c]))
}

/* History::replay; also the copy of a journal that is restored on another machine. */
inline copy_fold(from, into) {
  step_state[AT(into, 0)] = step_state[AT(from, 0)];
  step_state[AT(into, 1)] = step_state[AT(from, 1)];
  attempt[AT(into, 0)] = attempt[AT(from, 0)]; attempt[AT(into, 1)] = attempt[AT(from, 1)];
  turn_failed[into] = turn_failed[from]
}

/* The process ends; what it had decided to send and its stream end with it. */
inline die(c) {
  up_now[c] = false; my_term[c] = 0; behind[c] = false;
  step_state[AT(c, 0)] = 0; step_state[AT(c, 1)] = 0;
  attempt[AT(c, 0)] = 0; attempt[AT(c, 1)] = 0; turn_failed[c] = false;
  due_task[c] = 0; due_cancel[c] = 0; due_answer[c] = 0; answer_epoch[c] = 0;
  cut_up(c);
  if
  :: stream == c + 1 -> stream = 0
  :: else
  fi
}

/* Journal::append: false when somebody else has written, which ends the process. */
#ifdef SEED_NO_COMPARE
#define MAY_APPEND(c) true
#else
#define MAY_APPEND(c) (behind[c] == 0)
#endif

#ifdef OWN_JOURNALS
#define tell_other(c) skip
#else
#define tell_other(c) behind[1 - c] = up_now[1 - c]
#endif
/* History::append: durable, then evolve. */
inline append(c, kind, t) {
  apply(JOURNAL(c), kind, t);
  apply(c, kind, t);
  tell_other(c)
}

/* Link::send of a task: only what the journal has asked for may go out. */
inline send_the_task(c, t) {
  assert(attempt[AT(c, STEP(t))] >= ATTEMPT(t));
  put_down(c, my_term[c], t)
}

/* The step that is worked on: one after the other inside a turn. */
#define CURRENT(c) (step_state[AT(c, 0)] == SUCCEEDED)
#define ALL_DONE(c) (step_state[AT(c, 0)] == SUCCEEDED && step_state[AT(c, 1)] == SUCCEEDED)
#define QUIET(c) (up_now[c] && due_task[c] == 0 && due_cancel[c] == 0 && \
                  due_answer[c] == 0)
#define HAS_REPORT(c) (up[c * 4] != 0 || up[c * 4 + 1] != 0 || up[c * 4 + 2] != 0 || \
                       up[c * 4 + 3] != 0)
/* An attempt that the controller does not wait for: it answers `accepted` with a cancel. */
#define GIVEN_UP(c, t) (attempt[AT(c, STEP(t))] != ATTEMPT(t) || \
                        step_state[AT(c, STEP(t))] != IN_FLIGHT)

/* decide_report, and History::append of what it decided. */
inline take_report(c, outcome, t, e) {
  s = STEP(t);
#ifdef SEED_ACK_BEFORE_APPEND
  put_down(c, e, 8 + t);
  if
  :: starts < TERMS -> goto crashed
  :: true
  fi;
#endif
  if
  :: attempt[AT(c, s)] != ATTEMPT(t) || step_state[AT(c, s)] == PENDING ||
     step_state[AT(c, s)] == SUCCEEDED ||
     (step_state[AT(c, s)] == FAILED && outcome != SUCCESS) -> /* turn_away */
     skip
  :: else ->
     if
     :: !MAY_APPEND(c) -> goto crashed /* base::lost_durability */
     :: else
     fi;
     if
     :: outcome == SUCCESS -> append(c, STEP_SUCCEEDED, t)
     :: outcome == FAILURE -> /* add_failure */
        append(c, STEP_FAILED, t);
        if
        :: ATTEMPT(t) < 2 -> append(c, RETRY_PLANNED, t) /* it was retryable */
        :: true
        fi
     fi
  fi;
  due_answer[c] = 8 + t + 1; answer_epoch[c] = e
}

/* decide_report of what has not ended: give_up. That it runs is told to people only. */
inline take_accepted(c, t, e) {
  if
  :: GIVEN_UP(c, t) -> due_answer[c] = 4 + t + 1; answer_epoch[c] = e
  :: else
  fi
}

/* main: Journal opened, Controller::recover, then events one by one for ever. */
proctype Controller(byte c) {
  byte s, t, e, outcome;
end_down:
  atomic {
    starts < TERMS &&
#ifdef OWN_JOURNALS
    (term_of[0] != 0) == c && term_of[c] == 0
#else
    /* A second one takes over whenever it likes: the lock of the file is not what is relied on. */
    (c == 0 || term_of[0] != 0)
#endif
    -> starts++;
#ifdef OWN_JOURNALS
    if
    :: c == 1 ->
       copy_fold(JOURNAL(0), JOURNAL(1)); term_of[1] = term_of[0]
    :: else
    fi;
#endif
    /* History::replay, History::take_epoch */
    copy_fold(JOURNAL(c), c);
    term_of[J(c)]++;
    my_term[c] = term_of[J(c)];
    tell_other(c); /* ControllerStarted is a fact of the journal */
    up_now[c] = true;
    check_fold(c)
  };
end_loop:
  do
  /* decide_advance, dispatch_ready */
  :: atomic {
       QUIET(c) && !turn_failed[c] && !ALL_DONE(c) &&
       step_state[AT(c, CURRENT(c))] == PENDING && attempt[AT(c, CURRENT(c))] < 2 ->
       s = CURRENT(c);
       t = TASK(s, attempt[AT(c, s)] + 1);
#ifdef SEED_SEND_BEFORE_APPEND
       send_the_task(c, t);
#endif
       if
       :: !MAY_APPEND(c) -> goto crashed
       :: else
       fi;
       append(c, STEP_DISPATCHED, t);
       due_task[c] = t + 1;
       check_fold(c);
       s = 0; t = 0
     }
  /* decide_report */
  :: atomic {
       QUIET(c) && HAS_REPORT(c) ->
       if
       :: up[c * 4] != 0 -> e = 0
       :: up[c * 4 + 1] != 0 -> e = 1
       :: up[c * 4 + 2] != 0 -> e = 2
       :: up[c * 4 + 3] != 0 -> e = 3
       fi;
       if
       :: (up[c * 4 + e] & 15) != 0 -> outcome = SUCCESS
       :: (up[c * 4 + e] & 240) != 0 -> outcome = FAILURE
       :: (up[c * 4 + e] & 3840) != 0 -> outcome = ACCEPTED
       fi;
       if
       :: ((up[c * 4 + e] >> (outcome * 4)) & 1) != 0 -> t = 0
       :: ((up[c * 4 + e] >> (outcome * 4)) & 2) != 0 -> t = 1
       :: ((up[c * 4 + e] >> (outcome * 4)) & 4) != 0 -> t = 2
       :: ((up[c * 4 + e] >> (outcome * 4)) & 8) != 0 -> t = 3
       fi;
       if
       :: copies > 0 -> copies--
       :: take_off_up(c * 4 + e, outcome * 4 + t);
          if
          :: losses > 0 -> losses--
          :: outcome == ACCEPTED -> take_accepted(c, t, e)
          :: outcome != ACCEPTED -> take_report(c, outcome, t, e); check_fold(c)
          fi
       fi;
       s = 0; t = 0; e = 0; outcome = 0
     }
  /* decide_time: the deadline of a step in flight */
  :: atomic {
       QUIET(c) && step_state[AT(c, CURRENT(c))] == IN_FLIGHT ->
       if
       :: !MAY_APPEND(c) -> goto crashed
       :: else
       fi;
       s = CURRENT(c);
       append(c, STEP_FAILED, TASK(s, attempt[AT(c, s)]));
       due_cancel[c] = 4 + TASK(s, attempt[AT(c, s)]) + 1;
       check_fold(c);
       s = 0
     }
  /* decide_retry: a person, once the upgrade is paused on the failure */
  :: atomic {
       QUIET(c) && turn_failed[c] && attempt[AT(c, CURRENT(c))] < 2 ->
       if
       :: !MAY_APPEND(c) -> goto crashed
       :: else
       fi;
       s = CURRENT(c);
       append(c, RETRY_PLANNED, TASK(s, attempt[AT(c, s)]));
       check_fold(c);
       s = 0
     }
  /* Controller::agent_came: the welcome, then AgentConnected and what is outstanding */
  :: atomic {
       QUIET(c) && stream == 0 && ROOM ->
       stream = c + 1;
       put_down(c, my_term[c], 12);
       if
       :: !MAY_APPEND(c) -> goto crashed
       :: else
       fi;
       s = CURRENT(c);
       if
       :: step_state[AT(c, s)] == IN_FLIGHT -> due_task[c] = TASK(s, attempt[AT(c, s)]) + 1
       :: else
       fi;
       s = 0
     }
  /* Controller::carry_out: the commands, now that the facts are durable */
  :: atomic {
       up_now[c] && due_task[c] != 0 && ROOM ->
       send_the_task(c, due_task[c] - 1);
       due_task[c] = 0
     }
  :: atomic {
       up_now[c] && due_cancel[c] != 0 && ROOM ->
       put_down(c, my_term[c], due_cancel[c] - 1);
       due_cancel[c] = 0
     }
  :: atomic {
       up_now[c] && due_answer[c] != 0 && ROOM ->
       put_down(c, answer_epoch[c], due_answer[c] - 1);
       due_answer[c] = 0; answer_epoch[c] = 0
     }
  /* kill -9 at any point; only when another may start, or everything would just stop here */
  :: atomic { up_now[c] && starts < TERMS -> goto crashed }
  od;
crashed:
  atomic { s = 0; t = 0; e = 0; outcome = 0; die(c) };
  goto end_down
}

/* ---- the host ------------------------------------------------------------------------------------- */

/* Promise 5, seen from the host: what may never be when an effect begins. */
inline check_effect(t) {
  assert(!done_once[t]); /* once an attempt */
  done_once[t] = true;
  assert(slot[0] != BEGUN && slot[1] != BEGUN && slot[2] != BEGUN && slot[3] != BEGUN);
  assert(ATTEMPT(t) == 2 || !done_once[t + 1]);
  /* What the agent called cancelled before it came stays undone. */
  assert(((never_came >> t) & 1) == 0);
  /* The newest controller does not have the step behind it. */
#ifndef OWN_JOURNALS
  assert(STEP(t) == 1 || (!done_once[2] && !done_once[3]))
#endif
}

/* keeper_main */
proctype Keeper(byte t) {
end_loop:
  do
  :: atomic {
       keepers[t] > 0 -> keepers[t]--;
       if
       :: slot[t] == SLOT -> check_effect(t); slot[t] = BEGUN /* take_lock, mark_started */
       :: else
       fi
     }
  :: atomic { slot[t] == BEGUN -> slot[t] = OVER } /* write_end */
  od
}

/* ---- the agent ------------------------------------------------------------------------------------ */

byte state[4], outcome_of[4], epoch; /* Executor: the fold that it holds in memory. */
byte job;                            /* The task on the task thread, plus 1. */
byte job_at;                         /* Where it is. */
byte job_outcome;
/* An active task that is not on the thread rests. A task that it had when it began, and that no
 * controller has sent since, has its bit here. */
byte unasked;

#define READING 0
#define AWAITING 1
#define RETURNED 2
#define GIVING_UP 3 /* Begun as cancelled: it only has to end. */

#define OTHER(t) ((t) + 1 - 2 * ((t) % 2))
#define IS_ACTIVE(t) (state[t] == ACTIVE || state[t] == CANCELLING)
#define ANY_ACTIVE (IS_ACTIVE(0) || IS_ACTIVE(1) || IS_ACTIVE(2) || IS_ACTIVE(3))

/* evolve, of facts that are durable (or, where a fault is seeded, are not) */
inline set_state(t, value) {
  state[t] = value;
  kept_state[t] = value
}

inline report(t, what, e) {
  if
  :: stream != 0 -> put_up((stream - 1) * 4 + e, (what) * 4 + t)
  :: else
  fi
}

/* Agent::is_asked */
#ifdef SEED_QUEUED_UNASKED
#define ASKED(t) true
#else
#define ASKED(t) (((unasked >> (t)) & 1) == 0)
#endif

/* StartTask; nothing to do when it has begun (Agent::has_begun): one is active at a time. */
inline begin_job(t, where) {
  if
  :: job == 0 -> job = t + 1; job_at = where; job_outcome = 0
  :: else
  fi
}

/* StartTask of what has waited: it rests when the controller has not sent it to this process. */
inline start_asked(t) {
  if
  :: ASKED(t) -> begin_job(t, READING)
  :: else
  fi
}

/* promote, of evolve: one that waits */
inline promote() {
  if
  :: ANY_ACTIVE
  :: else ->
     if
     :: state[0] == QUEUED -> set_state(0, ACTIVE); start_asked(0)
     :: state[1] == QUEUED -> set_state(1, ACTIVE); start_asked(1)
     :: state[2] == QUEUED -> set_state(2, ACTIVE); start_asked(2)
     :: state[3] == QUEUED -> set_state(3, ACTIVE); start_asked(3)
     :: else
     fi
  fi
}

inline raise_epoch(e) {
  if
  :: e > epoch -> epoch = e; kept_epoch = e
  :: else
  fi;
  assert(e >= obeyed);
  obeyed = e
}

#ifdef SEED_NO_FENCE
#define CURRENT_TERM(e) true
#else
#define CURRENT_TERM(e) (e >= epoch)
#endif

inline resend() {
  if
  :: state[0] == ENDED -> report(0, outcome_of[0], epoch)
  :: else
  fi;
  if
  :: state[1] == ENDED -> report(1, outcome_of[1], epoch)
  :: else
  fi;
  if
  :: state[2] == ENDED -> report(2, outcome_of[2], epoch)
  :: else
  fi;
  if
  :: state[3] == ENDED -> report(3, outcome_of[3], epoch)
  :: else
  fi
}

/* Welcomed: what has not ended is told. One that is cancelled already is left out: the answer
 * would change nothing. */
inline accept_all() {
  if
  :: state[0] == QUEUED || state[0] == ACTIVE -> report(0, ACCEPTED, epoch)
  :: else
  fi;
  if
  :: state[1] == QUEUED || state[1] == ACTIVE -> report(1, ACCEPTED, epoch)
  :: else
  fi;
  if
  :: state[2] == QUEUED || state[2] == ACTIVE -> report(2, ACCEPTED, epoch)
  :: else
  fi;
  if
  :: state[3] == QUEUED || state[3] == ACTIVE -> report(3, ACCEPTED, epoch)
  :: else
  fi
}

/* Deciding::stop: on the task thread it goes on as it likes; one that rests begins only to end. */
inline stop_task(t) {
  set_state(t, CANCELLING); begin_job(t, GIVING_UP)
}

/* Deciding::supersede */
inline supersede(old) {
  if
  :: state[old] == QUEUED -> outcome_of[old] = FAILURE; kept_outcome[old] = FAILURE;
     set_state(old, ACKED)
  :: state[old] == ACTIVE -> stop_task(old)
  :: state[old] == ENDED -> set_state(old, ACKED)
  :: else
  fi
}

/* Deciding::operator()(TaskCame) */
inline task_came(t, e) {
  if
  :: !CURRENT_TERM(e) -> report(t, FAILURE, e)
  :: else ->
     raise_epoch(e);
     unasked = unasked & ~(1 << t);
     if
     :: state[t] == ACTIVE -> begin_job(t, READING)
     :: state[t] == QUEUED || state[t] == CANCELLING -> /* accepted */
     :: state[t] == ENDED || state[t] == ACKED -> report(t, outcome_of[t], epoch)
     :: state[t] == UNKNOWN && ATTEMPT(t) == 1 && state[OTHER(t)] != UNKNOWN ->
        report(t, FAILURE, epoch)
     :: else ->
        if
        :: ATTEMPT(t) == 2 -> supersede(OTHER(t))
        :: else
        fi;
        set_state(t, QUEUED);
        promote()
     fi
  fi
}

/* Deciding::operator()(CancelCame) */
inline cancel_came(t, e) {
  if
  :: !CURRENT_TERM(e)
  :: else ->
     raise_epoch(e);
     if
     /* cancel_unseen; of an old attempt nothing is kept */
     :: state[t] == UNKNOWN && ATTEMPT(t) == 1 && state[OTHER(t)] != UNKNOWN ->
        report(t, FAILURE, epoch)
     :: state[t] == UNKNOWN && (ATTEMPT(t) == 2 || state[OTHER(t)] == UNKNOWN) ->
        never_came = never_came | (1 << t);
#ifndef SEED_CANCEL_NOT_KEPT
        outcome_of[t] = FAILURE; kept_outcome[t] = FAILURE; set_state(t, ENDED);
#endif
        report(t, FAILURE, epoch)
     :: state[t] == QUEUED -> outcome_of[t] = FAILURE; kept_outcome[t] = FAILURE;
        set_state(t, ENDED); report(t, FAILURE, epoch)
     :: state[t] == ACTIVE -> stop_task(t)
     :: state[t] == ENDED || state[t] == ACKED -> report(t, outcome_of[t], epoch)
     :: else
     fi
  fi
}

/* An outcome that is not sent again must be durable at the controller that rules. */
inline check_ack(t) {
#ifdef OWN_JOURNALS
  skip
#else
  assert(!(attempt[AT(JOURNAL(0), STEP(t))] == ATTEMPT(t) &&
           step_state[AT(JOURNAL(0), STEP(t))] == IN_FLIGHT))
#endif
}

/* Deciding::operator()(AckCame) */
inline ack_came(t, e) {
  if
  :: !CURRENT_TERM(e)
  :: else ->
     raise_epoch(e);
     if
     :: state[t] == ENDED -> check_ack(t); set_state(t, ACKED)
     :: else
     fi
  fi
}

/* Deciding::operator()(TaskDone) */
inline task_done(t) {
  outcome_of[t] = job_outcome;
  job = 0; job_at = 0; job_outcome = 0;
#ifdef SEED_NO_DID_RECORD
  state[t] = ENDED;
#else
  kept_outcome[t] = outcome_of[t];
  set_state(t, ENDED);
#endif
  report(t, outcome_of[t], epoch);
  if
  :: ATTEMPT(t) == 1 && state[OTHER(t)] != UNKNOWN -> set_state(t, ACKED)
  :: else
  fi;
  promote()
}

#define BIT_OF_OPEN(t) ((state[t] == QUEUED || IS_ACTIVE(t)) << (t))

/* kill -9, then Agent::begin: the fold of its journal, and Restarted: what was active rests until
 * the controller sends it again; what was to be given up is. */
inline restart_agent() {
  d_step {
    state[0] = kept_state[0]; state[1] = kept_state[1];
    state[2] = kept_state[2]; state[3] = kept_state[3];
    outcome_of[0] = kept_outcome[0]; outcome_of[1] = kept_outcome[1];
    outcome_of[2] = kept_outcome[2]; outcome_of[3] = kept_outcome[3];
    epoch = kept_epoch;
    stream = 0; job = 0; job_at = 0; job_outcome = 0;
    unasked = BIT_OF_OPEN(0) | BIT_OF_OPEN(1) | BIT_OF_OPEN(2) | BIT_OF_OPEN(3);
    if
    :: state[0] == CANCELLING -> begin_job(0, GIVING_UP)
    :: state[1] == CANCELLING -> begin_job(1, GIVING_UP)
    :: state[2] == CANCELLING -> begin_job(2, GIVING_UP)
    :: state[3] == CANCELLING -> begin_job(3, GIVING_UP)
#ifdef SEED_RUN_UNASKED
    :: state[0] == ACTIVE -> begin_job(0, READING)
    :: state[1] == ACTIVE -> begin_job(1, READING)
    :: state[2] == ACTIVE -> begin_job(2, READING)
    :: state[3] == ACTIVE -> begin_job(3, READING)
#endif
    :: else
    fi
  }
}

#define ALL_DOWN (down[1] | down[2] | down[3])
#define RESTS_IN_VAIN(t) (state[t] == ACTIVE && GIVEN_UP(stream - 1, t))

/* KeptCommands::settle_folder, of every task but one: what had not begun never will. */
inline settle(but) {
  d_step {
    if
    :: slot[0] == SLOT && but != 0 -> slot[0] = CUT_OFF
    :: else
    fi;
    if
    :: slot[1] == SLOT && but != 1 -> slot[1] = CUT_OFF
    :: else
    fi;
    if
    :: slot[2] == SLOT && but != 2 -> slot[2] = CUT_OFF
    :: else
    fi;
    if
    :: slot[3] == SLOT && but != 3 -> slot[3] = CUT_OFF
    :: else
    fi
  }
}

/* run_keeper. A controller has sent the task since the agent's process began (ADR 9). */
inline spawn() {
  assert(((unasked >> (job - 1)) & 1) == 0);
  keepers[job - 1]++
}

proctype Agent() {
  byte t, e, kind;
end_loop:
  do
  /* One message from a controller. */
  :: atomic {
       ALL_DOWN != 0 ->
       if
       :: down[1] != 0 -> e = 1
       :: down[2] != 0 -> e = 2
       :: down[3] != 0 -> e = 3
       fi;
       if
       :: (down[e] & 15) != 0 -> kind = 0
       :: (down[e] & 240) != 0 -> kind = 1
       :: (down[e] & 3840) != 0 -> kind = 2
       :: (down[e] & 4096) != 0 -> kind = 3
       fi;
       if
       :: ((down[e] >> (kind * 4)) & 1) != 0 -> t = 0
       :: ((down[e] >> (kind * 4)) & 2) != 0 -> t = 1
       :: ((down[e] >> (kind * 4)) & 4) != 0 -> t = 2
       :: ((down[e] >> (kind * 4)) & 8) != 0 -> t = 3
       fi;
       if
       :: copies > 0 -> copies--
       :: take_off_down(e, kind * 4 + t)
       fi;
       if
       :: losses > 0 -> losses--
       :: kind == 0 -> task_came(t, e)
       :: kind == 1 -> cancel_came(t, e)
       :: kind == 2 -> ack_came(t, e)
       :: kind == 3 && CURRENT_TERM(e) -> /* Welcomed */
          raise_epoch(e); accept_all(); resend()
       :: kind == 3 && !CURRENT_TERM(e)
       fi;
       /* After the append, before anything of it is performed but what is under way already. */
       if
       :: kills > 0 -> kills--; restart_agent()
       :: true
       fi;
       t = 0; e = 0; kind = 0
     }
  /* ResendDue */
  :: atomic {
       stream != 0 && up_count == 0 && ALL_DOWN == 0 &&
       (state[0] == ENDED || state[1] == ENDED || state[2] == ENDED || state[3] == ENDED) ->
       resend()
     }
  /* Not in the code, where a message is lost only with its stream: what rests and is given up there
     is told again. */
  :: atomic {
       stream != 0 && up_count == 0 && ALL_DOWN == 0 && job == 0 &&
       (RESTS_IN_VAIN(0) || RESTS_IN_VAIN(1) || RESTS_IN_VAIN(2) || RESTS_IN_VAIN(3)) ->
       accept_all()
     }
  /* Agent::task_ended */
  :: atomic {
       job != 0 && job_at == RETURNED ->
       t = job - 1;
       task_done(t);
       if
       :: kills > 0 -> kills--; restart_agent()
       :: true
       fi;
       t = 0
     }
#define RUNS(t) (slot[t] == BEGUN)
#define ANY_RUNS (RUNS(0) || RUNS(1) || RUNS(2) || RUNS(3))
#ifndef SEED_NO_SETTLING
#define OTHERS_RUN (ANY_RUNS && !RUNS(job - 1))
#else
#define OTHERS_RUN false
#endif
  /* Agent::run_job: KeptCommands::bind waits for what other tasks had begun (settle_others). The verb
     reads first, and may fail there, give up, or find its work done; else KeptCommands::run takes
     its own slot or makes one, and run_keeper spawns. */
  :: atomic {
       job != 0 && job_at == READING && !OTHERS_RUN ->
#ifndef SEED_NO_SETTLING
       settle(job - 1);
#endif
       if
       :: job_outcome = FAILURE; job_at = RETURNED
       :: slot[job - 1] == OVER || slot[OTHER(job - 1)] == OVER ->
          job_outcome = SUCCESS; job_at = RETURNED
#ifdef SEED_EFFECTS_NOT_KEPT
       :: slot[job - 1] = SLOT; spawn(); job_at = AWAITING
#else
       :: slot[job - 1] == NO_SLOT ->
          slot[job - 1] = SLOT;
          if
          :: spawn(); job_at = AWAITING
          :: kills > 0 -> kills--; restart_agent()
          fi
       :: slot[job - 1] == SLOT -> spawn(); job_at = AWAITING
       :: slot[job - 1] >= BEGUN -> job_at = AWAITING
#endif
       fi
     }
  /* KeptCommands::bind and settle, then give_up_task */
  :: atomic {
       job != 0 && job_at == GIVING_UP && !ANY_RUNS ->
       settle(4);
       job_outcome = FAILURE; job_at = RETURNED
     }
  /* await_end, and the verb's own look at what came of it */
  :: atomic {
       job != 0 && job_at == AWAITING && (slot[job - 1] == OVER || slot[job - 1] == CUT_OFF) ->
       if
       :: slot[job - 1] == OVER -> job_outcome = SUCCESS
       :: job_outcome = FAILURE
       fi;
       job_at = RETURNED
     }
  /* kill -9 at any other point */
  :: atomic { kills > 0 && (job != 0 || ANY_ACTIVE) -> kills--; restart_agent() }
  /* the host goes down: keepers and commands end with it */
  :: atomic {
       reboots > 0 && (job != 0 || ANY_ACTIVE) -> reboots--;
       d_step {
         t = 0;
         do
         :: t < 4 ->
            keepers[t] = 0;
            if
            :: slot[t] == BEGUN -> slot[t] = CUT_OFF
            :: else
            fi;
            t++
         :: else -> break
         od;
         t = 0
       };
       restart_agent()
     }
  /* the stream breaks, and what is in it is gone */
  :: atomic {
       stream != 0 && (breaks > 0 || behind[stream - 1]) ->
       if
       :: behind[stream - 1] /* it sleeps: the agent leaves it after three silences */
       :: else -> breaks--
       fi;
       cut_up(stream - 1);
       stream = 0
     }
  od
}

/* ---- the end --------------------------------------------------------------------------------------- */

/* When nothing more can happen: the upgrade is done or waits for a person, and nobody owes anything. */
proctype Judge() {
end_wait:
  timeout ->
  assert(up_now[0] || up_now[1]);
  assert(!up_now[0] || ALL_DONE(0) || turn_failed[0] || up_now[1]);
  assert(!up_now[1] || ALL_DONE(1) || turn_failed[1]);
  assert(job == 0 && !ANY_ACTIVE);
  assert(state[0] != QUEUED && state[1] != QUEUED && state[2] != QUEUED && state[3] != QUEUED);
  assert(state[0] != ENDED && state[1] != ENDED && state[2] != ENDED && state[3] != ENDED);
  assert(!(up_now[0] && ALL_DONE(0)) || ((slot[0] == OVER || slot[1] == OVER) &&
                                            (slot[2] == OVER || slot[3] == OVER)))
}

init {
  atomic {
    run Controller(0); run Controller(1); run Agent();
    run Keeper(0); run Keeper(1); run Keeper(2); run Keeper(3);
    run Judge()
  }
}
