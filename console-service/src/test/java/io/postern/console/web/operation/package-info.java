@NullMarked
package io.postern.console.web.operation;

import org.jspecify.annotations.NullMarked;
