using System.Globalization;
using System.Text;
using PatchTools.Errors;
using PatchTools.Families.Rpm.Metadata;
using PatchTools.Files;

namespace PatchTools.Families.Zypper.Reading;

/// <summary>The product that a SUSE host is, as its own file says.</summary>
/// <param name="Name"><c>SLES 15.5</c>.</param>
/// <param name="EndOfLife">Last day with updates; null when it is not known.</param>
internal sealed record BaseProduct(string Name, DateOnly? EndOfLife)
{
    // /etc/products.d/baseproduct, a link to SLES.prod of SLES 15 SP5:
    // <product schemeversion="0">
    //   <name>SLES</name>
    //   <version>15.5</version>
    //   <endoflife>2024-12-31</endoflife>
    // </product>
    /// <summary>Null when there is none, or it cannot be read: it decides nothing.</summary>
    public static BaseProduct? Read(string root)
    {
        var path = Path.Combine(root, "etc/products.d/baseproduct");
        try
        {
            if (!HostFiles.Exists(path))
                return null;
            using var xml = new XmlScanner(HostFiles.OpenRead(path), path);
            string name = "",
                version = "",
                end = "";
            while (xml.Read())
            {
                if (xml.IsStart || xml.Depth != 1)
                    continue;
                if (xml.Name.SequenceEqual("name"u8))
                    name = Encoding.UTF8.GetString(xml.Text).Trim();
                else if (xml.Name.SequenceEqual("version"u8))
                    version = Encoding.UTF8.GetString(xml.Text).Trim();
                else if (xml.Name.SequenceEqual("endoflife"u8))
                    end = Encoding.UTF8.GetString(xml.Text).Trim();
            }

            return new BaseProduct(
                $"{name} {version}".Trim(),
                DateOnly.TryParseExact(
                    end,
                    "yyyy-MM-dd",
                    CultureInfo.InvariantCulture,
                    DateTimeStyles.None,
                    out var day
                )
                    ? day
                    : null
            );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or PatchToolsException)
        {
            return null;
        }
    }
}
