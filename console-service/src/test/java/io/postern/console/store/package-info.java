@NullMarked
package io.postern.console.store;

import org.jspecify.annotations.NullMarked;
