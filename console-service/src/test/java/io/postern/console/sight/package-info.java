@NullMarked
package io.postern.console.sight;

import org.jspecify.annotations.NullMarked;
