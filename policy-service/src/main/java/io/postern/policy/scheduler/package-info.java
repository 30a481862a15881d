/**
 * The only owner of time: later attempts, expiry, holds, and what people ask for
 * (docs/design/architecture.md, "Time").
 */
@NullMarked
package io.postern.policy.scheduler;

import org.jspecify.annotations.NullMarked;
