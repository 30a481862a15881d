@NullMarked
package io.postern.console.web.peers;

import org.jspecify.annotations.NullMarked;
