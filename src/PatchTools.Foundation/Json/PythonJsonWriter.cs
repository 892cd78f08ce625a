using System.Buffers;
using System.Globalization;
using System.Text;

namespace PatchTools.Json;

/// <summary>
/// Writes JSON as Python's <c>json.dumps</c> does with <c>ensure_ascii</c> and members in insertion order (reference 07
/// §5): <c>", "</c> and <c>": "</c> on one line, or one item per line with an indent. The content hash and the state
/// files depend on it to the byte, and System.Text.Json cannot be made to write it (its escapes are upper-case, its
/// exponents another form).
/// </summary>
/// <remarks>The output is pure ASCII. Nesting is the caller's duty; there is no validation.</remarks>
internal sealed class PythonJsonWriter
{
    /// <summary>
    /// Printable ASCII; Python escapes DEL too (<c>json.encoder.ESCAPE_ASCII</c> is <c>([\\"]|[^\ -~])</c>).
    /// </summary>
    private static readonly SearchValues<char> Plain = SearchValues.Create([
        .. Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (char)c).Where(c => c is not ('"' or '\\')),
    ]);

    private readonly ArrayBufferWriter<byte> _output = new(1024);
    private readonly int _indent;
    private int _depth;
    private bool _isEmpty = true;
    private bool _afterName;

    /// <param name="indent">Blanks per level; 0 for one line.</param>
    public PythonJsonWriter(int indent = 0) => _indent = indent;

    public ReadOnlySpan<byte> Written => _output.WrittenSpan;

    public PythonJsonWriter BeginObject() => Begin((byte)'{');

    public PythonJsonWriter EndObject() => End((byte)'}');

    public PythonJsonWriter BeginArray() => Begin((byte)'[');

    public PythonJsonWriter EndArray() => End((byte)']');

    public PythonJsonWriter Name(string name)
    {
        Separate();
        Quote(name);
        Raw(": "u8);
        _afterName = true;
        return this;
    }

    public PythonJsonWriter Text(string value)
    {
        Separate();
        Quote(value);
        return this;
    }

    public PythonJsonWriter Integer(long value)
    {
        Separate();
        Ascii(value.ToString(CultureInfo.InvariantCulture));
        return this;
    }

    public PythonJsonWriter Float(double value)
    {
        Separate();
        Ascii(FloatText(value));
        return this;
    }

    public PythonJsonWriter Null()
    {
        Separate();
        Raw("null"u8);
        return this;
    }

    /// <summary>Null, a float or an integer, as the host's file gave it (reference 06 §6).</summary>
    public PythonJsonWriter Time(EpochTime? time) =>
        time switch
        {
            null => Null(),
            { IsFractional: true } => Float(time.Value.Seconds),
            _ => Integer((long)time.Value.Seconds),
        };

    public PythonJsonWriter Member(string name, string value) => Name(name).Text(value);

    /// <summary>An object of texts.</summary>
    public PythonJsonWriter Object(IEnumerable<KeyValuePair<string, string>> members)
    {
        BeginObject();
        foreach (var (name, value) in members)
            Member(name, value);
        return EndObject();
    }

    public override string ToString() => Encoding.ASCII.GetString(Written);

    /// <summary>
    /// Python's <c>repr</c> of a float: the shortest digits that read back as the same value, always with a point or an
    /// exponent; the exponent from 1e16 up and below 1e-4, with at least two digits. JSON's extensions <c>NaN</c> and
    /// <c>Infinity</c> as <c>json.dumps</c> writes them.
    /// </summary>
    public static string FloatText(double value)
    {
        if (double.IsNaN(value))
            return "NaN";
        if (double.IsInfinity(value))
            return value > 0 ? "Infinity" : "-Infinity";
        var shortest = Math.Abs(value).ToString("R", CultureInfo.InvariantCulture);
        var exponentAt = shortest.IndexOf('E', StringComparison.Ordinal);
        var exponent =
            exponentAt < 0
                ? 0
                : int.Parse(
                    shortest.AsSpan(exponentAt + 1),
                    NumberStyles.AllowLeadingSign,
                    CultureInfo.InvariantCulture
                );
        var mantissa = exponentAt < 0 ? shortest : shortest[..exponentAt];
        var pointAt = mantissa.IndexOf('.', StringComparison.Ordinal);
        var unscaled = mantissa.Replace(".", "", StringComparison.Ordinal);
        var digits = unscaled.TrimStart('0');
        var point = (pointAt < 0 ? mantissa.Length : pointAt) - (unscaled.Length - digits.Length) + exponent;
        digits = digits.TrimEnd('0');
        var sign = double.IsNegative(value) ? "-" : "";
        if (digits.Length == 0)
            return sign + "0.0";
        if (point is <= -4 or > 16)
        {
            var power = point - 1;
            var fraction = digits.Length > 1 ? "." + digits[1..] : "";
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{sign}{digits[0]}{fraction}e{(power < 0 ? '-' : '+')}{Math.Abs(power):00}"
            );
        }

        if (point <= 0)
            return sign + "0." + new string('0', -point) + digits;
        return point >= digits.Length
            ? sign + digits.PadRight(point, '0') + ".0"
            : sign + digits[..point] + "." + digits[point..];
    }

    private PythonJsonWriter Begin(byte bracket)
    {
        Separate();
        Raw([bracket]);
        _depth++;
        _isEmpty = true;
        return this;
    }

    private PythonJsonWriter End(byte bracket)
    {
        _depth--;
        if (!_isEmpty)
            NewLine();
        Raw([bracket]);
        _isEmpty = false;
        return this;
    }

    private void Separate()
    {
        if (_afterName)
        {
            _afterName = false;
            _isEmpty = false;
            return;
        }

        if (_depth == 0)
            return;
        if (!_isEmpty)
            Raw(_indent == 0 ? ", "u8 : ","u8);
        NewLine();
        _isEmpty = false;
    }

    private void NewLine()
    {
        if (_indent == 0)
            return;
        var span = _output.GetSpan(1 + _depth * _indent)[..(1 + _depth * _indent)];
        span.Fill((byte)' ');
        span[0] = (byte)'\n';
        _output.Advance(span.Length);
    }

    private void Quote(string text)
    {
        Raw("\""u8);
        var rest = text.AsSpan();
        while (true)
        {
            var plain = rest.IndexOfAnyExcept(Plain);
            Ascii(plain < 0 ? rest : rest[..plain]);
            if (plain < 0)
                break;
            Escape(rest[plain]);
            rest = rest[(plain + 1)..];
        }

        Raw("\""u8);
    }

    /// <summary>
    /// UTF-16 units are escaped one by one: an astral character becomes its surrogate pair, a lone surrogate stays what
    /// it is.
    /// </summary>
    private void Escape(char character)
    {
        switch (character)
        {
            case '"':
                Raw("\\\""u8);
                break;
            case '\\':
                Raw(@"\\"u8);
                break;
            case '\b':
                Raw(@"\b"u8);
                break;
            case '\f':
                Raw(@"\f"u8);
                break;
            case '\n':
                Raw(@"\n"u8);
                break;
            case '\r':
                Raw(@"\r"u8);
                break;
            case '\t':
                Raw(@"\t"u8);
                break;
            default:
                Ascii(string.Create(CultureInfo.InvariantCulture, $@"\u{(int)character:x4}"));
                break;
        }
    }

    private void Raw(ReadOnlySpan<byte> bytes) => _output.Write(bytes);

    private void Ascii(ReadOnlySpan<char> text)
    {
        Encoding.ASCII.GetBytes(text, _output.GetSpan(text.Length + 1));
        _output.Advance(text.Length);
    }
}
