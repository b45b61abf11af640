"""The 16 municipalities of the Ilm-Kreis."""

MUNICIPALITIES = {  # name: main postal code
    "Alkersleben": "99310",
    "Amt Wachsenburg": "99334",
    "Arnstadt": "99310",
    "Bösleben-Wüllersleben": "99310",
    "Dornheim": "99310",
    "Elgersburg": "98716",
    "Elleben": "99334",
    "Elxleben": "99334",
    "Geratal": "99331",
    "Großbreitenbach": "98701",
    "Ilmenau": "98693",
    "Martinroda": "98693",
    "Osthausen-Wülfershausen": "99310",
    "Plaue": "99338",
    "Stadtilm": "99326",
    "Witzleben": "99310",
}
VILLAGES = {  # municipality: villages and former municipalities that belong to it, as they are written on lists
    "Alkersleben": "",
    "Amt Wachsenburg": "Ichtershausen, Holzhausen, Haarhausen, Sülzenbrücken, Thörey, Rehestädt, Eischleben, "
    "Bittstädt, Röhrensee, Kirchheim, Rockhausen, Werningsleben, Bechstedt-Wagd",
    "Arnstadt": "Rudisleben, Dosdorf, Espenfeld, Siegelbach, Angelhausen, Oberndorf, Wipfratal, Branchewinda, "
    "Dannheim, Ettischleben, Görbitzhausen, Kettmannshausen, Marlishausen, Neuroda, Reinsfeld, Schmerfeld, Wipfra",
    "Bösleben-Wüllersleben": "Bösleben, Wüllersleben",
    "Elleben": "Riechheim, Gügleben",
    "Geratal": "Geraberg, Gräfenroda, Geschwenda, Frankenhain, Liebenstein, Gossel",
    "Großbreitenbach": "Altenfeld, Böhlen, Friedersdorf, Gillersdorf, Herschdorf, Neustadt am Rennsteig, Wildenspring",
    "Ilmenau": "Gehren, Langewiesen, Manebach, Frauenwald, Stützerbach, Roda, Oberpörlitz, Unterpörlitz, Heyda, "
    "Bücheloh, Jesuborn, Möhrenbach, Oehrenstock, Pennewitz, Wolfsberg, Gräfinau-Angstedt, Wümbach",
    "Martinroda": "Angelroda",
    "Osthausen-Wülfershausen": "Osthausen, Wülfershausen",
    "Plaue": "Neusiß, Kleinbreitenbach, Rippersroda",
    "Stadtilm": "Ilmtal, Griesheim, Großliebringen, Kleinliebringen, Niederwillingen, Oberwillingen, Behringen, "
    "Singen, Nahwinden, Ehrenstein, Dienstedt, Großhettstedt, Kleinhettstedt, Traßdorf, Döllstedt, Cottendorf, "
    "Geilsdorf",
    "Witzleben": "Achelstädt, Ellichleben",
}
AREA_CODES = {  # of the telephone: by municipality, and by village where it has another one
    "Alkersleben": "036200",
    "Amt Wachsenburg": "03628",
    "Arnstadt": "03628",
    "Bösleben-Wüllersleben": "036200",
    "Dornheim": "03628",
    "Elgersburg": "03677",
    "Elleben": "036200",
    "Elxleben": "036200",
    "Geratal": "036205",
    "Großbreitenbach": "036781",
    "Ilmenau": "03677",
    "Martinroda": "03677",
    "Osthausen-Wülfershausen": "036200",
    "Plaue": "036207",
    "Stadtilm": "03629",
    "Witzleben": "036200",
    "Geraberg": "03677",
    "Gehren": "036783",
    "Stützerbach": "036784",
    "Frauenwald": "036782",
    "Gräfinau-Angstedt": "036785",
    "Kirchheim": "036200",
    "Angelroda": "036207",
    "Liebenstein": "036207",
    "Gossel": "036207",
}
SHORT_NAMES = {"IL": "Ilmenau", "ARN": "Arnstadt"}
