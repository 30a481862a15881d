@NullMarked
package io.postern.operator.commands.explain;

import org.jspecify.annotations.NullMarked;
