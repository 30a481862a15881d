@NullMarked
package io.postern.operator.commands.level;

import org.jspecify.annotations.NullMarked;
