/** From accepted messages to deliveries (docs/design/the-log.md, "Decisions: a chain"). */
@NullMarked
package io.postern.policy.decider;

import org.jspecify.annotations.NullMarked;
