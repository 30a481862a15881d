@NullMarked
package io.postern.console.fold;

import org.jspecify.annotations.NullMarked;
