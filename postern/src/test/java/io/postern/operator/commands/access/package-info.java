@NullMarked
package io.postern.operator.commands.access;

import org.jspecify.annotations.NullMarked;
