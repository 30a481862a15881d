@NullMarked
package io.postern.commandline;

import org.jspecify.annotations.NullMarked;
