/** The only owner of time: later attempts, expiry, holds, and what people ask for (DESIGN §8). */
@NullMarked
package io.postern.policy.scheduler;

import org.jspecify.annotations.NullMarked;
