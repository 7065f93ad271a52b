package dev.baton.requestlog;

import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A request as Go's http.Request shows it to templates. Strings are octets in Latin-1.
 *
 * @param target as it came
 * @param remote address and port
 * @param length of the body; -1 if it is not told ahead
 * @param major of the protocol's version
 * @param headers as they came; empty if the template doesn't ask for them
 */
record RequestView(
        String method,
        String target,
        String host,
        String remote,
        long length,
        int major,
        int minor,
        boolean tls,
        String userAgent,
        String referer,
        HttpHeaders headers)
        implements Struct {
    private static final Set<String> UNSUPPORTED = Set.of(
            "Body",
            "GetBody",
            "TransferEncoding",
            "Close",
            "Form",
            "PostForm",
            "MultipartForm",
            "Trailer",
            "Cancel",
            "Response",
            "Pattern",
            "AddCookie",
            "BasicAuth",
            "Clone",
            "Context",
            "Cookie",
            "Cookies",
            "CookiesNamed",
            "FormFile",
            "FormValue",
            "MultipartReader",
            "ParseForm",
            "ParseMultipartForm",
            "PathValue",
            "PostFormValue",
            "SetBasicAuth",
            "SetPathValue",
            "WithContext",
            "Write",
            "WriteProxy");

    /** Whether Go's request has this and ours has not. */
    static boolean unsupported(String name) {
        return UNSUPPORTED.contains(name);
    }

    @Override
    public String goType() {
        return "*http.Request";
    }

    GoUrl url() {
        return GoUrl.parse(target);
    }

    @Override
    public @Nullable Object field(String name) {
        return switch (name) {
            case "Method" -> method;
            case "RequestURI" -> target;
            case "URL" -> url();
            case "Host" -> host;
            case "RemoteAddr" -> remote;
            case "ContentLength" -> new Int64(length);
            case "Proto" -> "HTTP/" + major + "." + minor;
            case "ProtoMajor" -> (long) major;
            case "ProtoMinor" -> (long) minor;
            case "Header" -> new HeaderView(headers);
            case "TLS" -> tls ? new Connection() : Nil.NIL;
            default -> null;
        };
    }

    @Override
    public @Nullable Object call(String method, List<Object> arguments) {
        return switch (method) {
            case "UserAgent" -> none(method, arguments, userAgent);
            case "Referer" -> none(method, arguments, referer);
            case "ProtoAtLeast" -> {
                Struct.arity(method, arguments, 2);
                long wantedMajor = integer(arguments.get(0));
                yield major > wantedMajor || (major == wantedMajor && minor >= integer(arguments.get(1)));
            }
            default -> null;
        };
    }

    private static Object none(String method, List<Object> arguments, String result) {
        Struct.arity(method, arguments, 0);
        return result;
    }

    private static long integer(Object value) {
        if (value instanceof Long number) {
            return number;
        }
        throw new ExecException("wrong type for value; expected int; got " + Values.type(value));
    }

    /** That there is TLS is all that can be asked. */
    private record Connection() implements Struct {
        @Override
        public String goType() {
            return "*tls.ConnectionState";
        }

        @Override
        public @Nullable Object field(String name) {
            return null;
        }
    }
}
