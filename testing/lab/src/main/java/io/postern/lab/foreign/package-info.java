/** Mail servers that others wrote, as receivers for tests: one class for each program. */
@NullMarked
package io.postern.lab.foreign;

import org.jspecify.annotations.NullMarked;
