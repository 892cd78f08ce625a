using System.Net;
using System.Text;

namespace PatchTools.Presentation;

/// <summary>
/// HTML being written: markup of this program as it is, everything else through <see cref="Encode"/>.
/// </summary>
internal sealed class HtmlText
{
    private readonly StringBuilder _text = new(256 * 1024);

    /// <summary>
    /// Markup, written as it is; every value in it goes through <see cref="Encode"/>, which the type of the parameter
    /// sees to.
    /// </summary>
    public HtmlText Markup(HtmlString markup)
    {
        _text.Append(markup.Text);
        return this;
    }

    /// <summary>Cleaned and escaped, for text and for attributes in double quotes.</summary>
    public static string Encode(string? text) =>
        string.IsNullOrEmpty(text) ? "" : WebUtility.HtmlEncode(ReportWords.Clean(text));

    public override string ToString() => _text.ToString();
}

/// <summary>
/// An interpolated string whose holes are escaped: <c>$"&lt;td&gt;{finding.Name}&lt;/td&gt;"</c> cannot let markup in.
/// <see cref="HtmlRaw"/> in a hole is written as it is.
/// </summary>
[System.Runtime.CompilerServices.InterpolatedStringHandler]
internal readonly ref struct HtmlString
{
    private readonly StringBuilder _text;

    public HtmlString(int literalLength, int formattedCount) =>
        _text = new StringBuilder(literalLength + (formattedCount * 16));

    private HtmlString(string markup) => _text = new StringBuilder(markup);

    public string Text => _text.ToString();

    public static implicit operator HtmlString(string markup) => new(markup);

    public void AppendLiteral(string text) => _text.Append(text);

    public void AppendFormatted(string? text) => _text.Append(HtmlText.Encode(text));

    public void AppendFormatted(int number) => _text.Append(ReportWords.Number(number));

    public void AppendFormatted(double number) => _text.Append(FormattableString.Invariant($"{number:0.#}"));

    public void AppendFormatted(HtmlRaw raw) => _text.Append(raw.Markup);
}

/// <summary>Markup that has been made here and is not to be escaped again.</summary>
internal readonly record struct HtmlRaw(string Markup);
