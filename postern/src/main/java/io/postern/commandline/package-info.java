/**
 * Command lines of our programs: text or JSON, the terminal's width and colour, errors, exit codes.
 */
@NullMarked
package io.postern.commandline;

import org.jspecify.annotations.NullMarked;
