using System.Globalization;
using System.Text;
using PatchTools.Errors;
using PatchTools.Json;
using PatchTools.Ports;

namespace PatchTools.Snapshots;

/// <summary>
/// Reads an install override list: YAML or JSON, a mapping with a list <c>patches</c> of ids and titles (reference 05
/// §2.2).
/// </summary>
internal static class InstallOverrideFile
{
    /// <summary>Size bound of a document: 1 MiB. A real one has a few kilobytes.</summary>
    private const int MaxBytes = 1 << 20;

    /// <summary>Fetches and reads the list. Nothing is remembered: every Install reads it once.</summary>
    /// <param name="location">A path, <c>-</c>, <c>https://</c> or <c>s3://</c>.</param>
    /// <param name="locations">Reads locations.</param>
    /// <param name="reader">Reads the document.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="PatchToolsException">
    /// <see cref="PatchErrors.InstallOverrideListAccessDenied"/>,
    /// <see cref="PatchErrors.InstallOverrideListDownloadFailed"/>,
    /// <see cref="PatchErrors.InstallOverrideListMalformed"/>, <see cref="PatchErrors.InvalidLocation"/>.
    /// </exception>
    public static async Task<InstallOverrideList> ReadAsync(
        string location,
        LocationReader locations,
        IOverrideListReader reader,
        CancellationToken cancellationToken
    )
    {
        var shown = LocationReader.Describe(location);
        byte[] content;
        try
        {
            content = await locations.ReadAsync(location, MaxBytes, cancellationToken);
        }
        catch (LocationException e)
        {
            throw new PatchToolsException(
                e.Failure switch
                {
                    LocationFailure.AccessDenied => PatchErrors.InstallOverrideListAccessDenied,
                    LocationFailure.TooLarge => PatchErrors.InstallOverrideListMalformed,
                    _ => PatchErrors.InstallOverrideListDownloadFailed,
                },
                e.Message,
                shown,
                e
            );
        }

        return Parse(content, location, reader);
    }

    /// <summary>The list in a document.</summary>
    /// <param name="content">The whole document.</param>
    /// <param name="location">Where it came from, as given.</param>
    /// <param name="reader">Reads the document.</param>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.InstallOverrideListAccessDenied"/>,
    /// <see cref="PatchErrors.InstallOverrideListMalformed"/> with line and column.</exception>
    public static InstallOverrideList Parse(ReadOnlyMemory<byte> content, string location, IOverrideListReader reader)
    {
        var shown = LocationReader.Describe(location);

        // A denied download may arrive as a body like any other: S3's XML, which YAML takes for one text (reference 05
        // §1).
        switch (JsonDocuments.XmlErrorCode(content.Span))
        {
            case "AccessDenied":
                throw Denied(shown);
            case { Length: > 0 } code:
                throw new PatchToolsException(
                    PatchErrors.InstallOverrideListMalformed,
                    $"{shown}: found an XML document with the error code {code}, wanted YAML with a list of patches.",
                    shown
                );
        }

        try
        {
            return new InstallOverrideList
            {
                Location = shown,
                ReportedAs = ReportedAs(location, shown),
                Entries = reader.Read(content),
            };
        }
        catch (OverrideListException) when (IsDenial(content.Span))
        {
            throw Denied(shown);
        }
        catch (OverrideListException e)
        {
            throw new PatchToolsException(
                PatchErrors.InstallOverrideListMalformed,
                string.Create(CultureInfo.InvariantCulture, $"{shown}: line {e.Line}, column {e.Column}: {e.Message}"),
                shown,
                e
            );
        }
    }

    private static string ReportedAs(string location, string shown) =>
        location.StartsWith("s3://", StringComparison.Ordinal)
        || location.StartsWith("https://", StringComparison.Ordinal)
            ? shown
            : "";

    /// <summary>The reference's own test, of a body that parses as one text.</summary>
    private static bool IsDenial(ReadOnlySpan<byte> content)
    {
        var text = Encoding.UTF8.GetString(content);
        return text.Contains("Error", StringComparison.Ordinal)
            && text.Contains("AccessDenied", StringComparison.Ordinal)
            && text.Contains("Access Denied", StringComparison.Ordinal);
    }

    private static PatchToolsException Denied(string shown) =>
        new(
            PatchErrors.InstallOverrideListAccessDenied,
            $"{shown}: access to the install override list is denied; the answer was S3's error body.",
            shown
        );
}
