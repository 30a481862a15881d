@NullMarked
package io.postern.console.flow;

import org.jspecify.annotations.NullMarked;
