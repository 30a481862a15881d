/** The agent that sets a JVM's wall clock; nothing else is in the JVM that gets it. */
@NullMarked
package io.postern.lab.clock;

import org.jspecify.annotations.NullMarked;
