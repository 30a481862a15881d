@NullMarked
package io.postern.operator.commands.completion;

import org.jspecify.annotations.NullMarked;
