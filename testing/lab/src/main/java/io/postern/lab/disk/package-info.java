/** The code inside a process whose disk is watched; it needs the JDK alone. */
@NullMarked
package io.postern.lab.disk;

import org.jspecify.annotations.NullMarked;
