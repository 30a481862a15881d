/**
 * Delivery status notifications: who gets one, what it says, written once
 * (docs/design/architecture.md, "Time").
 */
@NullMarked
package io.postern.policy.notices;

import org.jspecify.annotations.NullMarked;
