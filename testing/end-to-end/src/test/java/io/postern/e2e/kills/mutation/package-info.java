/**
 * Faults built into the running services by a Java agent, to see that the account finds them.
 * Depends on the JDK alone: it stands on the services' class path.
 */
@NullMarked
package io.postern.e2e.kills.mutation;

import org.jspecify.annotations.NullMarked;
