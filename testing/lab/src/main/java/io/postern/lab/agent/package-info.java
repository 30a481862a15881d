/** The frame of agents that change a process under test; the JDK alone is needed. */
@NullMarked
package io.postern.lab.agent;

import org.jspecify.annotations.NullMarked;
