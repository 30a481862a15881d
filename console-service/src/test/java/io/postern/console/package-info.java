@NullMarked
package io.postern.console;

import org.jspecify.annotations.NullMarked;
