/** Delivery status notifications: who gets one, what it says, written once (DESIGN §8). */
@NullMarked
package io.postern.policy.notices;

import org.jspecify.annotations.NullMarked;
