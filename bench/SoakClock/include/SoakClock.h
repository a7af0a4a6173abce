/// A library that is preloaded into a gateway, so that the soak can change what the gateway takes for the time of day.
///
/// The variable `SOAK_CLOCK` names a file of eight bytes: the seconds that are added to the calendar's time, as a signed number in the
/// machine's byte order. It may change at any moment. Clocks that never go back are left alone, as they are if somebody sets a machine's clock.
#ifndef SOAK_CLOCK_H
#define SOAK_CLOCK_H
#endif
