/** Local users, tokens and sessions: the part that has passwords and the private key. */
@NullMarked
package io.postern.policy.access;

import org.jspecify.annotations.NullMarked;
