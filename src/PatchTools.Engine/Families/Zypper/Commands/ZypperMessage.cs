using System.Text;
using PatchTools.Errors;
using PatchTools.Families.Rpm.Metadata;
using PatchTools.Processes;

namespace PatchTools.Families.Zypper.Commands;

/// <summary>One thing that zypper says under <c>--xmlout</c>.</summary>
/// <param name="Type"><c>info</c>, <c>warning</c> or <c>error</c>.</param>
/// <param name="Text">May have several lines.</param>
internal sealed record ZypperMessage(string Type, string Text)
{
    public bool IsError => Type == "error";

    // zypper 1.14.42:
    // <?xml version='1.0'?>
    // <stream>
    // <progress id="raw-refresh" name="Retrieving repository &apos;Dead one&apos; metadata" value="0"/>
    // <message type="error">Repository &apos;Dead one&apos; is invalid.
    // [dead|dir:/nonexistent] Valid metadata not found at specified URL
    // …
    // </message>
    // <message type="info">Repository &apos;Http&apos; is up to date.</message>
    // </stream>
    /// <summary>What it said, in order. Text that is no such document says nothing.</summary>
    public static IReadOnlyList<ZypperMessage> Parse(string output)
    {
        List<ZypperMessage> messages = [];
        var type = "";
        try
        {
            using var xml = Open(output);
            while (xml.Read())
            {
                if (!xml.Name.SequenceEqual("message"u8))
                    continue;
                if (xml.IsStart)
                    type = Encoding.UTF8.GetString(xml.Attribute("type"u8));
                else
                    messages.Add(new ZypperMessage(type, Encoding.UTF8.GetString(xml.Text).Trim()));
            }
        }
        catch (PatchToolsException e) when (e.Error == PatchErrors.RepositoryMetadataMalformed)
        {
            // A command that was ended leaves half a document; what it said before counts.
        }

        return messages;
    }

    /// <summary>The document that a command printed, for whoever looks for more than messages.</summary>
    public static XmlScanner Open(string output) =>
        new(new MemoryStream(Encoding.UTF8.GetBytes(output)), "zypper's answer");

    /// <summary>Why a command failed, in one line: its errors, else the last thing on standard error.</summary>
    public static string ReasonOf(CommandResult result)
    {
        var errors = Parse(result.StandardOutput).Where(m => m.IsError).Select(m => OneLine(m.Text)).ToList();
        if (errors.Count > 0)
            return string.Join("; ", errors);
        return result
                .StandardError.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .LastOrDefault()
            ?? "it said nothing";
    }

    public static string OneLine(string text) =>
        string.Join(
            ' ',
            text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Where(l => l != "History:")
                .Select(l => l.TrimStart('-', ' '))
        );
}
