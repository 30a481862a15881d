@NullMarked
package io.postern.operator.commands.partner;

import org.jspecify.annotations.NullMarked;
