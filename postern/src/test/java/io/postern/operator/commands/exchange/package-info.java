@NullMarked
package io.postern.operator.commands.exchange;

import org.jspecify.annotations.NullMarked;
