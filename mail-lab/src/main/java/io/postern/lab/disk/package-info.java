/** What runs inside a process whose disk is watched; the JDK alone is needed. */
@NullMarked
package io.postern.lab.disk;

import org.jspecify.annotations.NullMarked;
