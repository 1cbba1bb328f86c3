/* The time that one run may take: whatever waits, waits no longer than what is left of it. */
#ifndef V6HOOK_DEADLINE_H
#define V6HOOK_DEADLINE_H

/* Sets the end of this run, in milliseconds from now. Without it nothing is cut short. */
void deadline_start(unsigned int ms);

/* The given wait in milliseconds, or what is left of the run if that is less; 0 when it is over. */
unsigned int deadline_cap(unsigned int ms);

#endif
