@NullMarked
package io.postern.console.web.mail;

import org.jspecify.annotations.NullMarked;
