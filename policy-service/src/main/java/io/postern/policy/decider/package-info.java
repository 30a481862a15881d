/** From accepted messages to deliveries, exactly once (DESIGN §2, log-mechanics §3, §4). */
@NullMarked
package io.postern.policy.decider;

import org.jspecify.annotations.NullMarked;
