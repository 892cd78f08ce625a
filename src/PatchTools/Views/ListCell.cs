using System.Management.Automation.Host;
using PatchTools.Presentation;

namespace PatchTools.Views;

/// <summary>Values of list views.</summary>
public static class ListCell
{
    /// <summary>One text a line; what does not fit goes on indented.</summary>
    /// <param name="lines">The texts.</param>
    /// <param name="host"><c>$Host</c>: how wide its screen is.</param>
    /// <param name="labelWidth">Length of the longest label of the list.</param>
    public static string Lines(IEnumerable<string> lines, PSHost? host, int labelWidth) =>
        string.Join(Environment.NewLine, ListValue.Of(lines, Screen.WidthOf(host), labelWidth));

    /// <inheritdoc cref="Lines" path="/summary"/>
    public static string Text(string? text, PSHost? host, int labelWidth) => Lines([text ?? ""], host, labelWidth);
}
