/**
 * The audit under kills: mixed load through two replicas of everything while services and broker
 * are killed and paused, then an account on both sides (G1 to G5, G10).
 */
@NullMarked
package io.postern.e2e.kills;

import org.jspecify.annotations.NullMarked;
