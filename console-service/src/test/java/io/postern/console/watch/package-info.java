@NullMarked
package io.postern.console.watch;

import org.jspecify.annotations.NullMarked;
